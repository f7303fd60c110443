"""The web server: start-up, middleware, sign-in and the queue of questions."""
