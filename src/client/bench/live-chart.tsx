import { Box, render, Text } from 'ink';
import type { ReactElement } from 'react';
import type { LiveView } from './bench-session.js';
import type { LoadSample } from './load-result.js';
import { count, ms } from './report-text.js';

const BARS = ' ▁▂▃▄▅▆▇█';
const ROWS = 5;
const WIDTH_MAX = 80;

interface ChartProps {
  readonly title: string;
  readonly samples: readonly LoadSample[];
  readonly width: number;
}

/** Columns of a bar chart, `ROWS` lines high, as text; the highest value fills it. */
export function barRows(values: readonly number[], rows: number): readonly string[] {
  const top = Math.max(...values, Number.MIN_VALUE);
  const eighths = values.map((value) => Math.round((Math.max(0, value) / top) * rows * 8));
  return Array.from({ length: rows }, (_, i) => {
    const floor = (rows - 1 - i) * 8;
    return eighths.map((height) => BARS[Math.max(0, Math.min(8, height - floor))] ?? ' ').join('');
  });
}

export function Chart({ title, samples, width }: ChartProps): ReactElement {
  const measured = samples.filter((sample) => !sample.warmup);
  const shown = measured.slice(-width);
  const last = samples.at(-1);
  if (last === undefined || last.warmup) {
    const text = last === undefined ? 'connecting' : `warming up, ${count(last.connections)} connections`;
    return (
      <Text>
        {title}: {text}
      </Text>
    );
  }
  const errors = measured.reduce((sum, sample) => sum + sample.errors, 0);
  return (
    <Box flexDirection="column">
      <Text>
        {title} <Text dimColor>{last.atSeconds.toFixed(0)} s, Ctrl-C ends it with a report</Text>
      </Text>
      <Bars
        name="requests/s"
        now={count(last.requestsPerSecond)}
        values={shown.map((s) => s.requestsPerSecond)}
        color="green"
      />
      <Bars name="p99" now={`${ms(last.p99Ms)} ms`} values={shown.map((s) => s.p99Ms)} color="yellow" />
      <Text {...(errors > 0 ? { color: 'red' } : { dimColor: true })}>
        p50 {ms(last.p50Ms)} ms max {ms(last.maxMs)} ms errors {count(errors)} connections{' '}
        {count(last.connections)}
      </Text>
    </Box>
  );
}

function Bars({
  name,
  now,
  values,
  color,
}: {
  readonly name: string;
  readonly now: string;
  readonly values: readonly number[];
  readonly color: string;
}): ReactElement {
  return (
    <Box flexDirection="column">
      <Text bold>
        {name} {now}
      </Text>
      {barRows(values, ROWS).map((row, i) => (
        <Text key={i} color={color} wrap="truncate">
          {row}
        </Text>
      ))}
    </Box>
  );
}

/** Draws a run on the terminal while it happens, and leaves nothing behind when it is closed. */
export function openChart(title: string): LiveView {
  const samples: LoadSample[] = [];
  const width = Math.min(WIDTH_MAX, process.stdout.columns - 1);
  const picture = (): ReactElement => <Chart title={title} samples={samples} width={width} />;
  // Ctrl-C belongs to the run, which ends with a report.
  const ink = render(picture(), { exitOnCtrlC: false });
  return {
    sample: (sample) => {
      samples.push(sample);
      ink.rerender(picture());
    },
    close: () => {
      ink.clear();
      ink.unmount();
    },
  };
}
