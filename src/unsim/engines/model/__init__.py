"""The Mesa engine: one run as agents, to be stepped, asked why, collected, and extended in Python.

Every agent has a method for each phase in which it acts. Agents of one kind may act in any order; kinds act in the order
of ``RANKS``. What an agent does is a rule of :mod:`unsim.rules`; override a method to change it for one agent.
"""

from unsim.engines.model.actor import Actor as Actor
from unsim.engines.model.bodies import Coalition as Coalition
from unsim.engines.model.bodies import Council as Council
from unsim.engines.model.bodies import Ledger as Ledger
from unsim.engines.model.bodies import Public as Public
from unsim.engines.model.forums import Consequence as Consequence
from unsim.engines.model.forums import Court as Court
from unsim.engines.model.forums import Forum as Forum
from unsim.engines.model.forums import Mandate as Mandate
from unsim.engines.model.market import Conflicts as Conflicts
from unsim.engines.model.market import Good as Good
from unsim.engines.model.market import Market as Market
from unsim.engines.model.pressure import RANKS as RANKS
from unsim.engines.model.pressure import PressureModel as PressureModel
from unsim.engines.model.regime import Regime as Regime
from unsim.engines.model.regime import Treasury as Treasury
from unsim.engines.model.state import State as State
from unsim.engines.model.state import Vote as Vote
