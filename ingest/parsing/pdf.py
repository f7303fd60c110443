from ingest.parsing.source import *
def read_pdf(source): raise UnreadableError("todo")
