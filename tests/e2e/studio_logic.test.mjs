// The studio's tests that need no browser: palettes, variables, addresses, exports, undo. They need
// neither proxy nor bundle.

import '../studio/export.test.mjs';
import '../studio/palette.test.mjs';
import '../studio/site_variables.test.mjs';
