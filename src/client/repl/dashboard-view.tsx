import { Box, render, Text } from 'ink';
import { type ReactElement, useSyncExternalStore } from 'react';
import { addressText, type ServerAddress } from '../server-address.js';
import { byteText } from '../server-statistics.js';
import { barChart } from './chart.js';
import type { DashboardFeed, DashboardPoint } from './dashboard.js';

interface Chart {
  readonly title: string;
  readonly colour: string;
  readonly value: (point: DashboardPoint) => number;
  readonly text: (point: DashboardPoint) => string;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const milliseconds = (value: number): string => `${value.toFixed(2)} ms`;

const CHARTS: readonly Chart[] = [
  {
    title: 'operations/s',
    colour: 'cyan',
    value: (point) => point.commandsPerSecond,
    text: (point) => count(point.commandsPerSecond),
  },
  {
    title: 'memory',
    colour: 'magenta',
    value: ({ sample }) => sample.memoryBytes,
    text: ({ sample }) =>
      `${byteText(sample.memoryBytes)}, peak ${byteText(sample.memoryPeakBytes)}` +
      (sample.memoryLimitBytes > 0 ? `, limit ${byteText(sample.memoryLimitBytes)}` : ''),
  },
  {
    title: 'clients',
    colour: 'blue',
    value: ({ sample }) => sample.clients,
    text: ({ sample }) => `${count(sample.clients)}, ${count(sample.blockedClients)} blocked`,
  },
  {
    title: 'hit rate',
    colour: 'green',
    value: (point) => point.hitRate,
    text: (point) => (Number.isNaN(point.hitRate) ? 'no lookups' : `${(point.hitRate * 100).toFixed(1)} %`),
  },
  {
    title: 'latency p99',
    colour: 'yellow',
    value: (point) => point.latencyMs.p99,
    text: ({ latencyMs }) =>
      `p50 ${milliseconds(latencyMs.p50)}, p99 ${milliseconds(latencyMs.p99)}, max ${milliseconds(latencyMs.max)}`,
  },
];

/** Draws the dashboard until the returned function is called. */
export function mountDashboard(feed: DashboardFeed, address: ServerAddress): () => void {
  const instance = render(<Dashboard feed={feed} address={address} />, {
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return () => {
    instance.unmount();
  };
}

function Dashboard({ feed, address }: { feed: DashboardFeed; address: ServerAddress }): ReactElement {
  const { points, problem } = useSyncExternalStore(feed.subscribe, feed.view);
  const columns = Math.max(20, process.stdout.columns || 80);
  const rows = process.stdout.rows || 24;
  // Title, totals and the last line, and one line of title for every chart.
  const height = Math.max(1, Math.min(6, Math.floor((rows - 4 - CHARTS.length) / CHARTS.length)));
  const last = points.at(-1);
  return (
    <Box flexDirection="column">
      <Text bold wrap="truncate">
        {`mredis cli --stat  ${addressText(address)}  ${last?.sample.title ?? ''}`}
      </Text>
      <Text wrap="truncate" color="red">
        {problem}
      </Text>
      {last !== undefined &&
        CHARTS.map((chart) => (
          <ChartView
            key={chart.title}
            chart={chart}
            points={points}
            last={last}
            columns={columns - 1}
            height={height}
          />
        ))}
      <Text dimColor wrap="truncate">
        {last === undefined ? 'waiting for the server' : totals(last)}
      </Text>
    </Box>
  );
}

function ChartView(props: {
  chart: Chart;
  points: readonly DashboardPoint[];
  last: DashboardPoint;
  columns: number;
  height: number;
}): ReactElement {
  const { chart, points, last, columns, height } = props;
  return (
    <Box flexDirection="column">
      <Text wrap="truncate">
        <Text bold color={chart.colour}>
          {chart.title.padEnd(13)}
        </Text>
        {chart.text(last)}
      </Text>
      <Text color={chart.colour}>{barChart(points.map(chart.value), columns, height).join('\n')}</Text>
    </Box>
  );
}

function totals({ sample, inputBytesPerSecond, outputBytesPerSecond }: DashboardPoint): string {
  return [
    `${count(sample.keys)} keys`,
    `${count(sample.expired)} expired`,
    `${count(sample.evicted)} evicted`,
    `in ${byteText(Math.round(inputBytesPerSecond))}/s`,
    `out ${byteText(Math.round(outputBytesPerSecond))}/s`,
    'q leaves',
  ].join('  ');
}
