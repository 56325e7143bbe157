/** One JSON object a line on stdout, as the components of the mesh log. */
export function createLog(service: string): (message: string, fields?: Readonly<Record<string, unknown>>) => void {
  return (message, fields = {}) => {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), service, message, ...fields })}\n`);
  };
}
