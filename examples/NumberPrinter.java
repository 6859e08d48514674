import dev.ginkgo.*;

/** Prints what a {@link NumberClient} receives: a service with another one inside. */
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
