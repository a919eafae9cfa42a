/** What is written differently in China. */

/** A regional service as policies name it: `logs.ap-east-1.amazonaws.com`, `logs.cn-north-1.amazonaws.com.cn`. */
export const regionalService = (service: string, region: string): string =>
  `${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
