@0xb6a8c1f0d2e34759;

interface Greeter {
  # Greets whoever asks.

  greet @0 (name :Text) -> (greeting :Text);
  # Says something kind to `name`.

  makeCounter @1 () -> (counter :Counter);
  # Starts counting at zero.
}

interface Counter {
  # Counts.

  add @0 (amount :UInt32) -> (total :UInt64);
  # Adds to the total, and says what it is now.
}
