"""Classes made from the exercises, to see a class graded before there is one."""
