# The reader runs this at its start. Its log is written line by line, so that utterances can be read
# at once. It does not read out the page by itself: with a slow speech server it would never finish,
# and take no key for text until then.
import os
from orca import debug, settings
settings.sayAllOnLoad = False
debug.debugFile = open(os.environ['READER_LOG'], 'w', buffering=1, encoding='utf-8')
debug.debugLevel = debug.LEVEL_ALL
