import type { Command } from 'commander';
import { newCommand, type Surroundings } from '../session.js';

export function demoCommand(_surroundings: Surroundings): Command {
  return newCommand('demo', 'play the sample stream in a temporary workspace');
}
