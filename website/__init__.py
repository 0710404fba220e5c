"""The course as a website: lessons with their outputs, which need no kernel, no server and no other host."""
