#!/usr/bin/env node
// The command `gradus`: what was built of it.
import '../dist/main.js';
