// What of the studio needs no browser: palettes, variables, addresses, exports, steps back. They
// need neither proxy nor bundle.

import '../studio/export.test.mjs';
import '../studio/palette.test.mjs';
import '../studio/site_variables.test.mjs';
