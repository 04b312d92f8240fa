import chalk from 'chalk';

// chalk does not know NO_COLOR (no-color.org). Its one instance is Ink's too, so this speaks for the whole client.
if ((process.env['NO_COLOR'] ?? '') !== '') chalk.level = 0;

export { chalk };
