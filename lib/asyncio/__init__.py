"""Asynchronous programs in one thread: an event loop, tasks, and what they synchronize by.

events has the interface of event loops, base_events and unix_events the loop; futures and tasks what runs in it; locks,
queues, timeouts and taskgroups build upon those; runners has run(). Networking, subprocesses and threads are not there.
"""

from .base_events import *
from .coroutines import *
from .events import *
from .exceptions import *
from .futures import *
from .locks import *
from .queues import *
from .runners import *
from .taskgroups import *
from .tasks import *
from .timeouts import *
from .unix_events import *

__all__ = (base_events.__all__ + coroutines.__all__ + events.__all__ + exceptions.__all__ + futures.__all__
           + locks.__all__ + queues.__all__ + runners.__all__ + taskgroups.__all__ + tasks.__all__ + timeouts.__all__
           + unix_events.__all__)
