//! A page without a bundler: an import map alone leads to the package.

import { converseAndTell, example } from './harness.mjs';

example('plain-html', 'a conversation by an import map, without a bundler', converseAndTell);
