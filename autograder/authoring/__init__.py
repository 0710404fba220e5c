"""What authors write and how it becomes notebooks: exercises read from their files, the build, the proof of an exercise."""
