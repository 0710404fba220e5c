"""The oracle of `explore`: a second engine that re-executes every schedule, written from SEMANTICS.md alone."""
