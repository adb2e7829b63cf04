//! Tests that frameworks and bundlers find the program and its chunks by themselves.

import { converseAndTell, example } from './harness.mjs';

example('vue', 'a conversation with a bound object and a listener', converseAndTell);
example('svelte', 'a conversation with a bound object and a listener', converseAndTell);
example('webpack', 'a conversation with files that webpack has renamed', converseAndTell);
example('angular', 'a conversation with files that angular.json copies, a bound object and a listener', converseAndTell);
