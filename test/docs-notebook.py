"""Runs one Python example of a document with the variables that those before it left, as a reader's session would.

Usage: docs-notebook.py STATE PROGRAM. Variables go from one to the next by pickle; what it can't take is left out.
"""

import importlib
import pickle
import sys
import types
from pathlib import Path

state, program = Path(sys.argv[1]), Path(sys.argv[2])
scope = {"__name__": "__main__"}
if state.exists():
    modules, variables = pickle.loads(state.read_bytes())
    scope |= {name: importlib.import_module(module) for name, module in modules.items()}
    scope |= {name: pickle.loads(value) for name, value in variables.items()}

exec(compile(program.read_text(), str(program), "exec"), scope)

modules, variables = {}, {}
for name, value in scope.items():
    if name.startswith("__"):
        continue
    if isinstance(value, types.ModuleType):
        modules[name] = value.__name__
        continue
    try:
        variables[name] = pickle.dumps(value)
    except Exception:
        pass
state.write_bytes(pickle.dumps((modules, variables)))
