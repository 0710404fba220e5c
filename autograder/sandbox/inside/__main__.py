"""The zygote of a sandbox: `python -m autograder.sandbox.inside FD POLICY`, in bubblewrap or, in tier C, bare."""

import sys

from autograder.sandbox.inside.confining import Sandbox
from autograder.sandbox.inside.policy import Policy
from lockstep.student.inside import zygote

zygote.main(int(sys.argv[1]), Sandbox(Policy.of_text(sys.argv[2])))
