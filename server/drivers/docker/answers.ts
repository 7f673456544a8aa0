import { z } from 'zod';

/** What we read of Docker's answers (API 1.41); all the rest is ignored, and nothing of it is trusted to be there. */

const labels = z.record(z.string(), z.string()).nullish();
const portBindings = z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable());

export const containerSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    OOMKilled: z.boolean().nullish(),
    Error: z.string().nullish(),
  }),
  Config: z.object({
    Image: z.string(),
    Labels: labels,
    StopSignal: z.string().optional(),
    Tty: z.boolean().nullish(),
    OpenStdin: z.boolean().nullish(),
  }),
  HostConfig: z.object({
    NanoCpus: z.number().nullish(),
    Memory: z.number().nullish(),
  }),
  NetworkSettings: z.object({
    Ports: portBindings.nullish(),
    Networks: z
      .record(z.string(), z.object({ IPAddress: z.string().nullish(), GlobalIPv6Address: z.string().nullish() }))
      .nullish(),
  }),
});
export type DockerContainer = z.output<typeof containerSchema>;

export const execCreatedSchema = z.object({ Id: z.string().min(1) });
export const execSchema = z.object({ Running: z.boolean(), ExitCode: z.number().int().nullish() });

export const containerListSchema = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()),
    Image: z.string(),
    ImageID: z.string(),
    State: z.string(),
    Status: z.string(),
    Labels: labels,
    Ports: z
      .array(z.object({ PrivatePort: z.number(), PublicPort: z.number().optional(), Type: z.string() }))
      .nullish(),
    NetworkSettings: z.object({
      Networks: z
        .record(z.string(), z.object({ IPAddress: z.string().nullish(), GlobalIPv6Address: z.string().nullish() }))
        .nullish(),
    }),
  }),
);
export type DockerContainerSummary = z.output<typeof containerListSchema>[number];

export const volumeSchema = z.object({ Name: z.string(), Driver: z.string(), Labels: labels });
export const volumeListSchema = z.object({ Volumes: z.array(volumeSchema).nullish() });

const network = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: z.string(),
  Labels: labels,
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string().optional() })).nullish() }).nullish(),
});
export const networkListSchema = z.array(network);

export const imageSchema = z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish() });
export const imageListSchema = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    RepoDigests: z.array(z.string()).nullish(),
    Size: z.number(),
    Created: z.number(),
  }),
);

export const infoSchema = z.object({
  ID: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  Driver: z.string(),
  DockerRootDir: z.string(),
  CgroupVersion: z.string().optional(),
  SystemTime: z.string(),
  SecurityOptions: z.array(z.string()).nullish(),
  LiveRestoreEnabled: z.boolean().optional(),
  MemoryLimit: z.boolean().optional(),
  SwapLimit: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  CpuCfsQuota: z.boolean().optional(),
  IPv4Forwarding: z.boolean().optional(),
});
export type DockerInfo = z.output<typeof infoSchema>;
