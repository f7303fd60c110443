"""Background work of the web application and what it leaves behind."""
