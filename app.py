"""Opens the chat application. `byline serve` does the same with options."""

from assistant.settings import load_settings
from assistant.ui.serve import serve

if __name__ == "__main__":
    serve(load_settings())
