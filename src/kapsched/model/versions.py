"""What has become of a session under another version of its programme?"""

from __future__ import annotations

import re

from kapsched.model.programme import Programme

_A_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


def what_changed(session: str, programme: Programme) -> str:
    """Why a programme has no session of this id, by what it has instead; empty where it has it.

    Of an open phase it has every round.
    """
    name, _, rest = session.partition("/")
    kind, _, number = rest.partition("/")
    phase = next((one for one in programme.phases if one.name == name), None)
    if phase is None:
        return f"phase {name!r} is gone; there are {', '.join(one.name for one in programme.phases)}"
    if kind not in phase.order:
        return f"{name} has no {kind or 'such'} session now; it has {', '.join(dict.fromkeys(phase.order))}"
    count = phase.order.count(kind) * phase.times
    if session in programme.by_id or (phase.open and _A_NUMBER.fullmatch(number)):
        return ""
    return f"{name} has {count} {kind} {'session' if count == 1 else 'sessions'} now"
