/** What may go wrong with sockets, on command. All off by default. */
export class SocketFaults {
  /** Half-open: connections stay up, but nothing is sent and pings stay unanswered. */
  halfOpen = false;
  /** How many of the next depth events are lost. */
  depthGaps = 0;
  /** How many of the next user events are sent twice. */
  duplicates = 0;
  private readonly droppers = new Set<() => void>();

  /** Cuts every connection without a closing handshake. */
  drop(): void {
    for (const dropper of this.droppers) dropper();
  }

  /** Registers what `drop` calls. @returns its removal */
  onDrop(dropper: () => void): () => void {
    this.droppers.add(dropper);
    return () => void this.droppers.delete(dropper);
  }
}
