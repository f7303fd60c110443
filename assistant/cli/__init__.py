"""The `byline` command: reads arguments, calls the packages below, prints results. It holds no logic of its own."""
