import { KubeConfig } from '@kubernetes/client-node'

/**
 * Where the API server is and who we are: from a kubeconfig file, or from the ServiceAccount that a Pod is given. Read anew
 * on each call, since files and tokens change under a running process.
 */
export const kubeConfigFrom = (file: string | undefined) => (): KubeConfig => {
  const config = new KubeConfig()
  if (file !== undefined) config.loadFromFile(file)
  else config.loadFromCluster()
  return config
}
