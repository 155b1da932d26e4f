"""What writes the pages of docs/ that say what the code says: one module a kind of page, each with ``pages()``."""
