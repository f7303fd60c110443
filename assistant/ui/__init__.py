"""The web application: Gradio pages on FastAPI, and the same answers over HTTP.

Nothing imports this package but the command line and `app.py`. It renders what the assistant
says; it decides nothing about answers.
"""
