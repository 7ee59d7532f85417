/** Draws lines on the terminal and reads its keys, by ink (https://github.com/vadimdemedes/ink). */
import { Box, type Key as InkKey, type Instance, render, Text, useInput, useWindowSize } from 'ink';
import { useEffect } from 'react';
import { printable } from '../../core/text.js';
import type { Surroundings } from '../session.js';
import type { Key } from './keys.js';
import type { Size } from './state.js';

export type ScreenEvent = { readonly key: Key } | { readonly size: Size };

/** A screen of its own: the terminal is as it was once it is closed. */
export class Screen {
  readonly #instance: Instance;
  readonly #events: ScreenEvent[] = [];
  #wake: () => void = () => undefined;

  constructor({ stdin, stdout, stderr }: Pick<Surroundings, 'stdin' | 'stdout' | 'stderr'>) {
    const options = { stdin, stdout, stderr, exitOnCtrlC: false, patchConsole: false };
    // It would take a terminal of a build server for none.
    this.#instance = render(this.#pictured([]), { ...options, alternateScreen: true, interactive: true });
  }

  draw(lines: readonly string[]): void {
    this.#instance.rerender(this.#pictured(lines));
  }

  /** The next key, or change of size; undefined once the signal is aborted. */
  async next(signal: AbortSignal): Promise<ScreenEvent | undefined> {
    while (this.#events.length === 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    return signal.aborted ? undefined : this.#events.shift();
  }

  async close(): Promise<void> {
    this.#instance.unmount();
    await this.#instance.waitUntilExit();
  }

  #pictured(lines: readonly string[]) {
    return <Picture lines={lines} onEvent={(event) => this.#push(event)} />;
  }

  #push(event: ScreenEvent): void {
    this.#events.push(event);
    this.#wake();
  }
}

interface PictureProps {
  readonly lines: readonly string[];
  readonly onEvent: (event: ScreenEvent) => void;
}

function Picture({ lines, onEvent }: PictureProps) {
  const { columns, rows } = useWindowSize();
  useEffect(() => onEvent({ size: { columns, rows } }), [columns, rows]);
  useInput((input, key) => {
    for (const pressed of keysOf(input, key)) onEvent({ key: pressed });
  });
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        <Text key={index} wrap="truncate-end">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

/** Characters that came at once, since they were typed ahead or pasted, are keys one after another. */
function keysOf(input: string, key: InkKey): Key[] {
  const name = nameOf(input, key);
  if (name !== undefined) return [{ name, text: '' }];
  if (key.ctrl || key.meta) return [];
  return [...input].map((character) => {
    const control = controls[character];
    return control ? { name: control, text: '' } : { name: 'text', text: printable(character) };
  });
}

const controls: Readonly<Record<string, Key['name']>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u0003': 'interrupt',
  '\u0015': 'clear',
  '\u0008': 'erase',
  '\u007f': 'erase',
};

function nameOf(input: string, key: InkKey): Key['name'] | undefined {
  if (key.ctrl && input === 'c') return 'interrupt';
  if (key.ctrl && input === 'u') return 'clear';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.pageUp) return 'page up';
  if (key.pageDown) return 'page down';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.backspace || key.delete) return 'erase';
  return undefined;
}
