"""How long does it take? The planner beside a constraint solver, and the diary beside itself, in one run."""
