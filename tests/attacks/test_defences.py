"""The attack suite is proven: with each defence switched off, an attack that it held gets through."""

import os
from dataclasses import fields

import pytest

from autograder.sandbox.inside.policy import Defences
from tests.attacks.attack import THROUGH, run
from tests.attacks.test_attacks import ATTACKS

pytestmark = pytest.mark.sandbox

# Defence, the attack that it alone holds, and the defences before it that hold that attack as well.
PROOFS = [
    ("files", "the hidden checks by their path", ()),
    ("network", "a listener of this machine", ()),
    ("network", "an abstract socket of this machine", ()),
    ("environment", "environment of this one", ()),
    ("process_namespace", "that there are others at all", ()),
    ("private_folders", "many files", ()),
    ("memory", "shared and anonymous", ()),
    ("memory", "in page tables", ()),
    ("processes", "more processes than allowed", ()),
    ("file_size", "one large file", ()),
    ("open_files", "open files without end", ()),
    ("sockets", "in large buffers of sockets", ()),
    ("sockets", "in large buffers of sockets, asked for with bits that the kernel does not read", ()),
    ("sockets", "in the buffers of many sockets", ()),
    ("sockets", "in sockets that nobody holds any more", ()),
    ("output", "without end", ()),
    ("system_calls", "in a file that has no name", ()),
    ("system_calls", "in a kernel keyring", ()),
    ("system_calls", "in pages that were given to pipes", ()),
    ("system_calls", "in requests of which the machine has few for everybody", ()),
    ("system_calls", "limits of its keeper", ()),
    ("system_calls", "priority of its keeper", ("capabilities",)),
    ("capabilities", "by mount", ("system_calls",)),
    ("namespaces", "by a user namespace", ("system_calls",)),
]


def _attack(name):
    return next(attack for attack in ATTACKS if attack.name == name)


def test_every_defence_has_a_proof():
    assert {defence for defence, _, _ in PROOFS} == {field.name for field in fields(Defences)}


@pytest.mark.parametrize(("defence", "name", "beside"), PROOFS, ids=[f"{proof[0]}-{proof[1]}" for proof in PROOFS])
def test_without_a_defence_its_attack_gets_through(defence, name, beside, without, launcher, host):
    attack = _attack(name)

    held = run(without(*beside) if beside else launcher, attack.program, host, attack.limit)
    open_to_it = run(without(defence, *beside), attack.program, host | {"patience": 1.0}, attack.limit)

    assert THROUGH not in held.explanation
    assert "through" in open_to_it.explanation, open_to_it.explanation


def test_without_private_folders_a_program_writes_on_the_host(without, launcher, host):
    attack = _attack("a marker in the machine's own folder")

    run(launcher, attack.program, host)
    assert not os.path.exists(host["marker"])

    run(without("private_folders"), attack.program, host)
    assert os.path.exists(host["marker"])
    os.unlink(host["marker"])
