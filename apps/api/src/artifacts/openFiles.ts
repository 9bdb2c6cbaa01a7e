// Opens the place of uploaded artifacts.
import type { ArtifactFiles, FilesPlace } from './files.js';

export async function openArtifactFiles(place: FilesPlace): Promise<ArtifactFiles> {
  if (place.kind === 'folder') return (await import('./folderFiles.js')).openFolderFiles(place.path);
  // Its library is loaded where it is used alone.
  return (await import('./bucketFiles.js')).openBucketFiles(place);
}
