"""Do the calls of an object behave as if each happened at one instant? (Herlihy & Wing, TOPLAS 1990)"""
