"""Views: the pages as HTML and Gradio components."""
