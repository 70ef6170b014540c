package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MembershipTest {
  @Test
  void torchrunIsFoundFirst() {
    assertThat(
            Membership.of(
                Map.of(
                    "RANK", "3",
                    "WORLD_SIZE", "8",
                    "LOCAL_RANK", "1",
                    "LOCAL_WORLD_SIZE", "4",
                    "MASTER_ADDR", "node7",
                    "MASTER_PORT", "29500",
                    "TORCHELASTIC_USE_AGENT_STORE", "True",
                    "TORCHELASTIC_RESTART_COUNT", "2",
                    "SLURM_PROCID", "0",
                    "SLURM_NTASKS", "2")))
        .isEqualTo(new Membership(3, 8, 1, 4, "node7", 29500, true, 2));
  }

  @Test
  void slurmServesWhereTorchrunIsIncomplete() {
    assertThat(
            Membership.of(
                Map.of(
                    "RANK", "3",
                    "SLURM_PROCID", "5",
                    "SLURM_NTASKS", "16",
                    "SLURM_LOCALID", "1",
                    "SLURM_JOB_ID", "1234567",
                    "SLURM_JOB_NODELIST", "gpu[07-09,12],login")))
        .isEqualTo(new Membership(5, 16, 1, 16, "gpu07", 19567, false, 0));
  }

  /** Who shares a machine's cores are its own processes, not those of the whole job. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SLURM_NTASKS_PER_NODE;4;4",
        "SLURM_TASKS_PER_NODE;4(x4);4",
        "SLURM_TASKS_PER_NODE;3(x2),5,2(x10);5",
        "SLURM_TASKS_PER_NODE;what;16",
        "SLURM_NTASKS_PER_NODE;99;16"
      })
  void countsTheProcessesOfAMachine(String variable, String value, int expected) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "SLURM_PROCID", "5",
                "SLURM_NTASKS", "16",
                "SLURM_JOB_ID", "1",
                "SLURM_JOB_NODELIST", "a"));
    environment.put(variable, value);
    assertThat(Membership.of(environment).localSize()).isEqualTo(expected);
  }

  @Test
  void oneProcessIsNoJob() {
    assertThat(Membership.of(Map.of())).isNull();
    assertThat(
            Membership.of(
                Map.of(
                    "SLURM_PROCID", "0",
                    "SLURM_NTASKS", "1",
                    "SLURM_JOB_ID", "1",
                    "SLURM_JOB_NODELIST", "a")))
        .isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"a;a", "a,b;a", "gpu[07-09];gpu07", "a1,b[1-2];a1", "n[3,5];n3"})
  void theFirstHostOfAList(String nodes, String first) {
    assertThat(Membership.firstHost(nodes)).isEqualTo(first);
  }

  @Test
  void aRankThatCannotBeIsNamed() {
    assertThatThrownBy(
            () ->
                Membership.of(
                    Map.of(
                        "RANK", "2",
                        "WORLD_SIZE", "2",
                        "MASTER_ADDR", "a",
                        "MASTER_PORT", "1")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("RANK")
        .hasMessageContaining("'2'")
        .hasMessageContaining("0 to 1");
  }
}
