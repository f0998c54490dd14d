import type { BackupWanted } from '../engines/port.ts'
import { keepsFiles, type Snapshot, type SnapshotPiece } from './snapshot.ts'
import type { Place } from './world.ts'

/** Names the copy of one node's data: unique over all accounts and regions. */
export const backupKey = (place: Place, name: string, piece: SnapshotPiece): string =>
  `${place.account}/${place.region}/snapshot/${name}/${piece.shardId ?? '0001'}`

/** The files that a snapshot calls for. They stay wanted when the node is gone, and go with the snapshot. */
export const snapshotBackups = (place: Place, snapshot: Snapshot): readonly BackupWanted[] =>
  keepsFiles(snapshot)
    ? snapshot.pieces.map((piece) => ({
        key: backupKey(place, snapshot.name, piece),
        node: piece.node,
        file: piece.file,
        ...(snapshot.status === 'creating' ? {} : { taken: true }),
      }))
    : []
