package guest;

import java.util.HashMap;
import java.util.Map;

/** A question: its number, a word, and fields. */
final class Question {
    final String own;
    final String word;
    private final Map<String, String> fields = new HashMap<>();

    Question(String line) {
        String[] words = line.split(" ", -1);
        own = words[0];
        word = words.length > 1 ? words[1] : "";
        for (int i = 2; i < words.length; i++) {
            String[] parts = words[i].split("=", 2);
            fields.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
    }

    String text(String name) {
        String value = fields.get(name);
        if (value == null)
            throw new Refusal(word + " has no " + name + "=");
        return value;
    }

    long number(String name, long min, long max) {
        String text = text(name);
        if (text.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(text);
            if (number >= min && number <= max)
                return number;
        }
        throw new Refusal(word + ": " + name + "=" + text + "; accepted: " + min + " to " + max);
    }
}
