"""What the pages show, as HTML and Gradio components."""
