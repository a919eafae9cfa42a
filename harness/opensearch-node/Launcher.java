import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.opensearch.Version;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;

/** Starts one node with its plugins on the class path: {@code Launcher <home> <folder of opensearch.yml>}. */
public class Launcher {
    private static final List<String> PLUGINS = List.of(
        "org.opensearch.transport.Netty4ModulePlugin",
        "org.opensearch.painless.PainlessModulePlugin",
        "org.opensearch.index.reindex.ReindexModulePlugin",
        "org.opensearch.join.ParentJoinModulePlugin",
        "org.opensearch.search.aggregations.matrix.MatrixAggregationModulePlugin",
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        "org.opensearch.index.mapper.MapperExtrasModulePlugin",
        "org.opensearch.ingest.common.IngestCommonModulePlugin",
        "org.opensearch.security.OpenSearchSecurityPlugin",
        RetentionSettings.class.getName());

    /**
     * The one index setting of index state management that our templates use. The plugin itself is not to be had for
     * this node; a node that does not know the setting would refuse the templates of the domain.
     */
    public static final class RetentionSettings extends Plugin {
        @Override
        public List<Setting<?>> getSettings() {
            return List.of(Setting.simpleString(
                "index.plugins.index_state_management.rollover_alias", Setting.Property.IndexScope, Setting.Property.Dynamic));
        }
    }

    /** The constructor that takes plugins is protected. */
    private static final class PluginNode extends Node {
        PluginNode(Environment environment, Collection<PluginInfo> plugins) {
            super(environment, plugins, true);
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<PluginInfo> plugins = new ArrayList<>();
        for (String name : PLUGINS) {
            plugins.add(new PluginInfo(
                name, "on the class path", "NA", Version.CURRENT, System.getProperty("java.specification.version"),
                name, null, List.of(), false));
        }
        Settings settings = Settings.builder().put("path.home", Path.of(arguments[0]).toAbsolutePath()).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), Path.of(arguments[1]).toAbsolutePath(), () -> "node-1");
        Node node = new PluginNode(environment, plugins);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                node.awaitClose(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                e.printStackTrace();
            }
            stopped.countDown();
        }));
        node.start();
        stopped.await();
    }
}
