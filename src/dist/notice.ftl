<#-- NOTICE of the distribution: what it holds besides SADI, and under which licences. -->
SADI
Licensed under the Apache License, Version 2.0; see LICENSE.

It contains this software of others, each under its own licence:

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
${project.name!project.artifactId} (${project.groupId}:${project.artifactId}:${project.version})
  ${entry.getValue()?join("; ")}
<#if project.url??>  ${project.url}
</#if>
</#list>

The native libraries of org.bytedeco's artifacts are PyTorch (BSD-3-Clause), oneDNN (Apache-2.0),
OpenBLAS (BSD-3-Clause) and OpenCV (Apache-2.0); their licences' texts lie in the jar, under
org/bytedeco.
