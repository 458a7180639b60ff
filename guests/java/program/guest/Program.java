package guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers questions, a line each, from standard input on standard output. */
final class Program {
    private static final int PROTOCOL = 1;
    private static final int WINDOW_MAX = 16777216;
    private static final int DEPTH_MAX = 16;

    private static final Map<String, String> strategies =
            Map.of("plain", "cell.Plain", "completed_future", "cell.CompletedFuture",
                   "completable_future", "cell.NewFuture");
    private static final List<String> workloads =
            List.of("user_cache", "payload_8", "payload_16", "payload_32", "payload_64",
                    "payload_128", "payload_256");

    private final Map<Long, Case> cases = new HashMap<>();
    private final URL[] cells;

    private Program(String cells) throws MalformedURLException {
        this.cells = new URL[] {Path.of(cells).toUri().toURL()};
    }

    public static void main(String[] arguments) throws IOException {
        Program program = new Program(arguments[0]);
        BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String line;
        while ((line = input.readLine()) != null) {
            Question question = new Question(line);
            output.print(question.own + " " + program.answer(question) + "\n");
            output.flush();
        }
    }

    private String answer(Question question) {
        try {
            return answerTo(question);
        } catch (Refusal refusal) {
            return "error " + refusal.getMessage();
        } catch (NoSuchFileException missing) {
            return "error there is no file " + missing.getFile();
        } catch (IOException | InvalidPathException wrong) {
            return "error " + wrong.toString().replaceAll("\\s", " ");
        } catch (OutOfMemoryError full) {
            return "error " + question.word + " takes more memory than the heap may have";
        }
    }

    private String answerTo(Question question) throws IOException {
        switch (question.word) {
        case "hello":
            return "ok protocol=" + PROTOCOL +
                    " name=java version=" + System.getProperty("java.version") + " strategies=" +
                    String.join(",", strategies.keySet().stream().sorted().toList()) +
                    " workloads=" + String.join(",", workloads);
        case "open":
            Case opened = open(question);
            close(numberOf(question));
            cases.put(numberOf(question), opened);
            return "ok";
        case "warm":
            boolean steady =
                    caseOf(question).warm(question.number("calls", 1, Long.MAX_VALUE),
                                          1_000_000_000 * question.number("limit", 1, 3600));
            return "ok steady=" + (steady ? 1 : 0);
        case "run":
            return run(question);
        case "drain":
            caseOf(question).drain();
            return "ok checksum=" + Long.toUnsignedString(caseOf(question).checksum);
        case "close":
            caseOf(question);
            close(numberOf(question));
            return "ok";
        default:
            throw new Refusal("'" + question.word +
                              "' is no question; accepted: hello, open, warm, run, drain, close");
        }
    }

    /** Java has two generations: a collection of the old one is one of both that are asked for. */
    private String run(Question question) {
        Case own = caseOf(question);
        Case.Epoch epoch = own.time(question.number("first", 0, Long.MAX_VALUE),
                                    question.number("calls", 1, Long.MAX_VALUE));
        return "ok ns=" + epoch.ns() + " bytes=" + epoch.bytes() +
                " gen0=" + (epoch.young() + epoch.old()) + " gen1=" + epoch.old() +
                " gen2=" + epoch.old() + " pause_ns=" + epoch.pauseNs() +
                " checksum=" + Long.toUnsignedString(own.checksum);
    }

    private static long numberOf(Question question) {
        return question.number("case", 0, Integer.MAX_VALUE);
    }

    private Case caseOf(Question question) {
        Case found = cases.get(numberOf(question));
        if (found == null)
            throw new Refusal("case " + question.text("case") + " is not open");
        return found;
    }

    private void close(long number) {
        Case own = cases.remove(number);
        if (own != null)
            own.close();
    }

    private static void check(String what, String name, List<String> accepted) {
        if (!accepted.contains(name))
            throw new Refusal("there is no " + what + " " + name +
                              "; accepted: " + String.join(", ", accepted));
    }

    private Case open(Question question) throws IOException {
        check("workload", question.text("workload"), workloads);
        check("strategy", question.text("strategy"),
              strategies.keySet().stream().sorted().toList());
        int keys = (int)question.number("keys", 1, Schedule.MASK);
        int window = (int)question.number("window", 1, WINDOW_MAX);
        int depth = (int)question.number("depth", 1, DEPTH_MAX);
        Schedule schedule = new Schedule(Path.of(question.text("schedule")));
        try {
            return make(question, schedule, new int[] {keys, window, depth});
        } catch (OutOfMemoryError | Refusal failed) {
            schedule.close();
            throw failed;
        }
    }

    /**
     * Loads the classes of a case for it alone. So what the compiler knows of their types and
     * branches is of this strategy and this workload, whatever ran before, and it compiles its loop
     * as if there were no other.
     */
    private Case make(Question question, Schedule schedule, int[] sizes) {
        ClassLoader loader = new URLClassLoader(cells, Program.class.getClassLoader());
        try {
            return (Case)loader.loadClass("cell.Loop")
                    .getConstructor(Schedule.class, String.class, String.class, int[].class)
                    .newInstance(schedule, strategies.get(question.text("strategy")),
                                 question.text("workload"), sizes);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof OutOfMemoryError full)
                throw full;
            if (failed.getCause() instanceof Refusal refusal)
                throw refusal;
            throw new AssertionError(failed);
        } catch (ReflectiveOperationException missing) {
            throw new AssertionError(missing);
        }
    }
}
