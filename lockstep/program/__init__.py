"""A learner's program: its text, its definitions, and how they are loaded wherever they run."""
