"""What a program gets when it imports a module on a machine of ours."""
