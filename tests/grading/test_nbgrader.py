"""Submissions through nbgrader's own autograde and feedback, with our steps in it."""


def test_a_right_answer_gets_all_points_and_a_wrong_one_its_share(course):
    course.submit("ann", course.answered())
    course.submit("bob", course.answered(double="def double(number):\n    return number ** 2"))
    course.submit("cleo", course.released)
    assert course.autograde(), course.messages
    assert course.scores("ann") == {"double-checks": 4.0, "halve-checks": 2.0}
    assert course.scores("bob") == {"double-checks": 2.0, "halve-checks": 2.0}
    assert course.scores("cleo") == {"double-checks": 0.0, "halve-checks": 0.0}
