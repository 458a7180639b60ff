using System.Globalization;

namespace Guest;

/// <summary>A question that cannot be answered; its message goes back as an error.</summary>
sealed class Refusal(string message) : Exception(message);

/// <summary>A question: its number, a word, and fields.</summary>
sealed class Question
{
    public readonly string Own;
    public readonly string Word;
    readonly Dictionary<string, string> fields = [];

    public Question(string line)
    {
        string[] words = line.Split(' ');
        Own = words[0];
        Word = words.Length > 1 ? words[1] : "";
        foreach (string word in words.Skip(2))
        {
            string[] parts = word.Split('=', 2);
            fields[parts[0]] = parts.Length == 2 ? parts[1] : "";
        }
    }

    public string Text(string name, string? otherwise = null) =>
        fields.GetValueOrDefault(name) ?? otherwise ?? throw new Refusal($"{Word} has no {name}=");

    /// <summary>Whether a field is another than the first of the words that are accepted, which it is if it
    /// is not there.</summary>
    public bool IsOther(string name, params string[] accepted)
    {
        string word = Text(name, accepted[0]);
        return accepted.Contains(word)
            ? word != accepted[0]
            : throw new Refusal($"{Word}: {name}={word}; accepted: {string.Join(", ", accepted)}");
    }

    public long Number(string name, long min, long max) =>
        long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= min
            && number <= max
            ? number
            : throw new Refusal($"{Word}: {name}={Text(name)}; accepted: {min} to {max}");
}

static class Program
{
    const int Protocol = 1;
    const int WindowMax = 16777216;
    const int DepthMax = 16;

    static readonly string[] strategies =
    [
        "plain", "task_from_result", "cached_task", "value_task", "async_task", "async_value_task",
        "pooled_value_task", .. RuntimeAsync.IsThere ? (string[])["runtime_task", "runtime_value_task"] : [],
    ];

    static readonly string[] callers = ["classic", .. RuntimeAsync.IsThere ? (string[])["runtime"] : []];

    static readonly string[] workloads =
    [
        "user_cache", "config_read", "payload_8", "payload_16", "payload_32", "payload_64", "payload_128",
        "payload_256",
    ];

    static readonly Dictionary<long, Case> cases = [];

    static int Main()
    {
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true, NewLine = "\n" };
        using var input = new StreamReader(Console.OpenStandardInput());
        while (input.ReadLine() is string line)
        {
            var question = new Question(line);
            try
            {
                output.WriteLine($"{question.Own} {Answer(question)}");
            }
            catch (Exception refusal) when (refusal is Refusal or IOException or UnauthorizedAccessException
                                                or OutOfMemoryException)
            {
                output.WriteLine($"{question.Own} error {refusal.Message.ReplaceLineEndings(" ")}");
            }
        }
        return 0;
    }

    static string Answer(Question question)
    {
        switch (question.Word)
        {
            case "hello":
                return $"ok protocol={Protocol} name=dotnet version={Environment.Version} frame={FrameBytes()}"
                    + $" strategies={string.Join(',', strategies)} workloads={string.Join(',', workloads)}"
                    + $" callers={string.Join(',', callers)}";
            case "open":
                Case opened = Open(question);
                Close(question.Number("case", 0, int.MaxValue));
                cases[question.Number("case", 0, int.MaxValue)] = opened;
                return "ok";
            case "warm":
                bool steady = CaseOf(question).Warm(question.Number("calls", 1, long.MaxValue),
                                                    TimeSpan.FromSeconds(question.Number("limit", 1, 3600)));
                return $"ok steady={(steady ? 1 : 0)}";
            case "run":
                return Run(question);
            case "drain":
                CaseOf(question).Drain();
                return $"ok checksum={CaseOf(question).Checksum}";
            case "close":
                _ = CaseOf(question);
                Close(question.Number("case", 0, int.MaxValue));
                return "ok";
            default:
                throw new Refusal($"'{question.Word}' is no question; accepted: hello, open, warm, run, drain, close");
        }
    }

    /// <summary>What a caller that waits keeps on the heap, beside its operation.</summary>
    static long FrameBytes()
    {
        return Of<UserCache, int, UserCache.Value>();

        static long Of<W, K, V>()
            where W : struct, IWorkload<W, K, V>
            where K : struct
            where V : struct =>
            Case<W, K, V, Task<V>, OfTask<V>, TaskFromResult<W, K, V>>.FrameBytes();
    }

    static void Close(long number)
    {
        if (cases.Remove(number, out Case? own))
            own.Dispose();
    }

    static string Run(Question question)
    {
        Case own = CaseOf(question);
        Epoch epoch = own.Time(question.Number("first", 0, long.MaxValue), question.Number("calls", 1, long.MaxValue));
        return $"ok ns={epoch.Ns} bytes={epoch.Bytes} gen0={epoch.Gen0} gen1={epoch.Gen1} gen2={epoch.Gen2}"
            + $" pause_ns={epoch.PauseNs} checksum={own.Checksum}";
    }

    static Case CaseOf(Question question) =>
        cases.TryGetValue(question.Number("case", 0, int.MaxValue), out Case? found)
            ? found
            : throw new Refusal($"case {question.Text("case")} is not open");

    static Case Open(Question question) => question.Text("workload") switch
    {
        "user_cache" => Open<UserCache, int, UserCache.Value>(question),
        "config_read" => Open<ConfigRead, TextRef, TextRef>(question),
        "payload_8" => Open<Payload<Bytes8>, int, Bytes8>(question),
        "payload_16" => Open<Payload<Bytes16>, int, Bytes16>(question),
        "payload_32" => Open<Payload<Bytes32>, int, Bytes32>(question),
        "payload_64" => Open<Payload<Bytes64>, int, Bytes64>(question),
        "payload_128" => Open<Payload<Bytes128>, int, Bytes128>(question),
        "payload_256" => Open<Payload<Bytes256>, int, Bytes256>(question),
        string other => throw new Refusal($"there is no workload {other}; accepted: {string.Join(", ", workloads)}"),
    };

    static Case Open<W, K, V>(Question question)
        where W : struct, IWorkload<W, K, V>
        where K : struct
        where V : struct
    {
        bool runtime = question.IsOther("caller", callers);
        bool stored = question.IsOther("stored", "0", "1");
        var schedule = new Schedule(question.Text("schedule"));
        var service = new Service<W, K, V>(Table<W, K, V>.Of((ulong)question.Number("keys", 1, Schedule.Mask)));
        int window = (int)question.Number("window", 1, WindowMax);
        int depth = (int)question.Number("depth", 1, DepthMax);
        if (question.Text("strategy") == "cached_task")
            service.MakeTasks();
        return question.Text("strategy") switch
        {
            "plain" when runtime => RuntimeCase<W, K, V>.Of<Plain<W, K, V>>(service, schedule, window, depth),
            "plain" => Classic<V, OfValue<V>, Plain<W, K, V>>(),
            "task_from_result" => Of<TaskFromResult<W, K, V>>(),
            "cached_task" => Of<CachedTask<W, K, V>>(),
            "value_task" => OfValueTask<DirectValueTask<W, K, V>>(),
            "async_task" => Of<AsyncTask<W, K, V>>(),
            "async_value_task" => OfValueTask<AsyncValueTask<W, K, V>>(),
            "pooled_value_task" => OfValueTask<PooledValueTask<W, K, V>>(),
            "runtime_task" when RuntimeAsync.IsThere => OfRuntimeTask(),
            "runtime_value_task" when RuntimeAsync.IsThere => OfRuntimeValueTask(),
            string other => throw new Refusal($"there is no strategy {other}; accepted: {string.Join(", ", strategies)}"),
        };

        Case Of<S>() where S : struct, ITaskStrategy<W, K, V> =>
            runtime ? RuntimeCase<W, K, V>.OfTask<S>(service, schedule, window, depth, stored)
                    : Classic<Task<V>, OfTask<V>, S>();

        Case OfValueTask<S>() where S : struct, IValueTaskStrategy<W, K, V> =>
            runtime ? RuntimeCase<W, K, V>.OfValueTask<S>(service, schedule, window, depth, stored)
                    : Classic<ValueTask<V>, OfValueTask<V>, S>();

        Case OfRuntimeTask() => Of<RuntimeTask<W, K, V>>();

        Case OfRuntimeValueTask() => OfValueTask<RuntimeValueTask<W, K, V>>();

        Case Classic<H, A, S>()
            where A : struct, IHandover<H, V>
            where S : struct, IStrategy<W, K, V, H> =>
            new Case<W, K, V, H, A, S>(service, schedule, window, depth);
    }
}
