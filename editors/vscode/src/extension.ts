// The client: starts `benchwright lsp` for plans, and runs the commands of its code lenses as tasks in the terminal.

import * as path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, LanguageClientOptions, ServerOptions } from 'vscode-languageclient/node';

/** What can be done with a plan, by the last part of the command's name: words of the command line. */
const COMMANDS: Record<string, string[]> = {
  check: ['check'],
  run: ['run'],
  dryRun: ['dry-run'],
  power: ['power'],
  seal: ['seal'],
};

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  for (const [name, words] of Object.entries(COMMANDS)) {
    const perform = (uri?: string | vscode.Uri) => runOnPlan(words, uri);
    context.subscriptions.push(vscode.commands.registerCommand(`benchwright.${name}`, perform));
  }
  context.subscriptions.push(
    vscode.commands.registerCommand('benchwright.restart', restart),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('benchwright.server')) void restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.dispose();
}

function command(): string {
  return vscode.workspace.getConfiguration('benchwright').get('server.path', '').trim() || 'benchwright';
}

async function start(): Promise<void> {
  const args = vscode.workspace.getConfiguration('benchwright').get<string[]>('server.arguments', ['lsp']);
  const server: ServerOptions = { command: command(), args };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'bench' },
      { scheme: 'untitled', language: 'bench' },
    ],
    // What a plan reads may change beside it: its data, and the plans it uses.
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{bench,csv,tsv,jsonl,parquet}') },
    initializationFailedHandler: () => false,
  };
  client = new LanguageClient('benchwright', 'Benchwright', server, options);
  try {
    await client.start();
  } catch {
    client = undefined;
    const [settings, again] = ['Open Settings', 'Try Again'];
    const words = `\`${command()}\` does not start as a language server. Install it by \`cargo install --path .\`, or set its path.`;
    // Not waited for: activation ends whether or not someone answers.
    void vscode.window.showErrorMessage(words, settings, again).then(answer => {
      if (answer === settings) void vscode.commands.executeCommand('workbench.action.openSettings', 'benchwright.server');
      if (answer === again) void restart();
    });
  }
}

async function restart(): Promise<void> {
  await client?.dispose();
  client = undefined;
  await start();
}

/** Runs the command on a plan, the active one unless said, as it is saved. */
async function runOnPlan(words: string[], of?: string | vscode.Uri): Promise<void> {
  const uri = typeof of === 'string' ? vscode.Uri.parse(of) : of ?? vscode.window.activeTextEditor?.document.uri;
  if (!uri || uri.scheme !== 'file') {
    void vscode.window.showWarningMessage('Save the plan first: commands read it from the disk.');
    return;
  }
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  if (open?.isDirty && !(await open.save())) return;
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const name = `${words.join(' ')} ${path.basename(uri.fsPath)}`;
  const process = new vscode.ProcessExecution(command(), [...words, uri.fsPath], { cwd: path.dirname(uri.fsPath) });
  const task = new vscode.Task({ type: 'benchwright', words }, folder ?? vscode.TaskScope.Workspace, name, 'benchwright', process);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, showReuseMessage: false };
  await vscode.tasks.executeTask(task);
}
