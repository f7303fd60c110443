"""The library: articles, passages and vectors, and the ports that a store implements."""
