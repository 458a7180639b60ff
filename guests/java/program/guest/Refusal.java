package guest;

/** A question that cannot be answered; its message goes back as an error. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Refusal(String message) {
        super(message);
    }
}
