import dev.ginkgo.*;

/** Prints the numbers that a {@link NumberClient} receives: a service with a child service. */
final class NumberPrinter extends Service {
    final NumberClient numbers = add("numbers", new NumberClient());

    @Override
    protected void onStart() {
        spawn("print", this::printAll);
    }

    private void printAll() {
        for (int number : numbers) {
            IO.println(number);
        }
    }
}
