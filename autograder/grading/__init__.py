"""A submission becomes a score: read without trust, put into the trusted unit, judged in a sandbox, kept in a journal."""
