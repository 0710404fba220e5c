"""A page on how a class did in a unit: its points, what was got wrong and how, what was not graded, who wrote alike."""
