// The loader's own tests, with a stub of the program, run with the others. They need neither proxy
// nor bundle.

import '../loader/arrival.test.mjs';
import '../loader/failure.test.mjs';
import '../loader/flags.test.mjs';
import '../loader/frameworks.test.mjs';
import '../loader/life.test.mjs';
import '../loader/place.test.mjs';
import '../loader/locale.test.mjs';
